"""Properties of minting to disk: the same bytes however it is run, whatever is killed, and rows that load anywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from datasets import load_dataset

from augmint.core.data import strip_provenance, with_provenance
from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings
from augmint.core.minting import mint_rows, mint_to_disk, minted_only, open_minted, plan_mint

sys.path.insert(0, str(Path(__file__).parent))
import mint_job

SCRIPT = str(Path(mint_job.__file__))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mint") / "minted"
    mint_to_disk(mint_job.plan(), mint_job.parts, folder)
    return folder


def test_quotas_are_met_and_originals_come_first_untouched(undisturbed: Path) -> None:
    rows, real = open_minted(undisturbed), mint_job.parts().originals
    manifest = json.loads((undisturbed / "manifest.json").read_text())
    assert rows.features == with_provenance(real.features)
    originals = rows.select(range(60))
    assert strip_provenance(originals)[:] == real[:]
    assert set(originals["augmint_origin"]) == {"original"}
    assert [list(minted_only(rows)["label"]).count(label) for label in range(3)] == [90, 60, 30]
    assert manifest["rows"] == {"original": 60, "minted": 180, "total": 240}
    assert manifest["short"] == {}
    assert manifest["minted"] == {"c0": 90, "c1": 60, "c2": 30}


def test_provenance_says_where_a_row_comes_from(undisturbed: Path) -> None:
    minted = minted_only(open_minted(undisturbed))
    assert set(minted["augmint_origin"]) == {"generator"}
    assert set(minted["augmint_parent"]) == {None}
    assert set(minted["augmint_policy"]) == {mint_job.parts().policy.fingerprint}
    assert len(set(minted["augmint_seed"])) == len(minted)
    assert all(score <= 0 for score in minted["augmint_score"])
    assert set(minted["note"]) == {None}


def test_rows_load_by_plain_datasets_as_files_and_as_a_folder(undisturbed: Path) -> None:
    files = load_dataset("parquet", data_files=str(undisturbed / "data" / "*.parquet"), split="train")
    folder = load_dataset(str(undisturbed), split="train")
    assert files.features == folder.features == open_minted(undisturbed).features
    assert files[:] == folder[:] == open_minted(undisturbed)[:]


def test_two_folders_of_the_same_name_load_each_its_own_rows(undisturbed: Path, tmp_path: Path) -> None:
    mint_to_disk(replace(mint_job.plan(), seed=8), mint_job.parts, tmp_path / "minted")
    first, second = (load_dataset(str(folder), split="train") for folder in (undisturbed, tmp_path / "minted"))
    assert first[:] == open_minted(undisturbed)[:]
    assert second[:] == open_minted(tmp_path / "minted")[:]
    assert first[60] != second[60]


def test_a_row_can_be_made_again_from_its_seed(undisturbed: Path) -> None:
    import torch

    from augmint.core.interfaces import RowRandom

    row, parts = minted_only(open_minted(undisturbed))[5], mint_job.parts()
    rng = RowRandom(0, "mint", rows=[row["augmint_seed"]])
    again = parts.generator.sample(1, {"label": torch.tensor([row["label"]])}, rng=rng, truncation=0.9)
    assert torch.allclose(again["numbers"][0], torch.tensor(row["numbers"]), atol=1e-4)


def test_rejected_rows_are_counted_and_shown(undisturbed: Path) -> None:
    manifest = json.loads((undisturbed / "manifest.json").read_text())
    shown = pq.read_table(undisturbed / "rejected.parquet")
    assert set(shown["augmint_reason"].to_pylist()) == set(manifest["rejected"])
    made, lost = sum(manifest["candidates"].values()), sum(sum(counts.values()) for counts in manifest["rejected"].values())
    assert made - lost >= 180


def test_the_card_tells_what_the_rows_are(undisturbed: Path) -> None:
    card = (undisturbed / "README.md").read_text()
    assert "synthetic" in card
    assert "seed: 7" in card
    assert mint_job.parts().policy.fingerprint in card


def test_card_manifest_and_rows_tell_the_settings_in_force(tmp_path: Path) -> None:
    settings = MintSettings(min_agreement=0.0, keep_quantile=1.0, truncation=0.7)
    arguments = mint_job.plan(ratio=0.2, memorisation_quantile=0.0).arguments
    plan = plan_mint(arguments, mint_job.parts(), seed=7, settings=settings)
    minted = mint_to_disk(plan, mint_job.parts, tmp_path / "minted")
    card = (tmp_path / "minted" / "README.md").read_text()
    told = yaml.safe_load(card.split("## Policy")[1].split("```yaml")[1].split("```")[0])
    assert told["mint"] == minted.manifest["plan"]["settings"] == asdict(settings)
    policy = mint_job.parts().policy
    assert set(minted_only(minted.dataset())["augmint_policy"]) == {replace(policy, mint=settings).fingerprint}
    assert policy.fingerprint not in card
    assert minted.manifest["checks"] == {"labels": False, "memorisation": False, "score": False, "duplicates": True}


def test_the_manifest_tells_which_filters_were_at_work(undisturbed: Path) -> None:
    checks = json.loads((undisturbed / "manifest.json").read_text())["checks"]
    assert checks == {"labels": True, "memorisation": True, "score": True, "duplicates": True}


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_any_executor_gives_the_same_bytes(undisturbed: Path, tmp_path: Path, executor: str) -> None:
    pool = ThreadPoolExecutor(3) if executor == "threads" else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    with pool:
        mint_to_disk(mint_job.plan(), mint_job.parts, tmp_path / "minted", executor=pool)
    assert content(tmp_path / "minted") == content(undisturbed)


def test_ranks_share_the_work_and_give_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    ranks = [subprocess.Popen([sys.executable, SCRIPT, str(tmp_path / "minted")],
                              env={**os.environ, "RANK": str(rank), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}) for rank in (0, 1)]
    assert [rank.wait(60) for rank in ranks] == [0, 0]
    assert content(tmp_path / "minted") == content(undisturbed)


def test_a_rank_whose_fellows_are_dead_makes_their_shards_too(
        undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setattr("augmint.core.minting.workers.PATIENCE", 0.3)
    monkeypatch.setattr("augmint.core.minting.disk.PATIENCE", 0.3)
    mint_to_disk(mint_job.plan(), mint_job.parts, tmp_path / "minted")
    assert content(tmp_path / "minted") == content(undisturbed)


def test_killing_at_any_moment_and_running_again_gives_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "minted"
    for shards in (2, 7):
        job = subprocess.Popen([sys.executable, SCRIPT, str(folder), "0.05"], env={**os.environ, "OMP_NUM_THREADS": "1"})
        until = time.monotonic() + 60
        while len(list(folder.rglob("shard-*.parquet"))) < shards and job.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(job.pid, signal.SIGKILL)
        assert job.wait() == -signal.SIGKILL
        assert not (folder / "manifest.json").exists()
    mint_to_disk(mint_job.plan(), mint_job.parts, folder)
    assert content(folder) == content(undisturbed)


def test_in_memory_and_on_disk_mint_the_same_rows(undisturbed: Path) -> None:
    parts = mint_job.parts()
    minted = mint_rows(parts, arguments=mint_job.plan().arguments, seed=7)
    assert minted.dataset[:] == minted_only(open_minted(undisturbed))[:]
    assert minted.features.shape == (180, 4)
    assert minted.targets is None


def test_a_finished_mint_is_kept_and_a_damaged_or_other_one_made_again(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "minted"
    mint_to_disk(mint_job.plan(), mint_job.parts, folder)
    stamp = (folder / "manifest.json").stat().st_mtime_ns

    def fail() -> None:
        raise AssertionError("a finished mint loads nothing")

    mint_to_disk(mint_job.plan(), fail, folder)
    assert (folder / "manifest.json").stat().st_mtime_ns == stamp
    (folder / "data" / "part-00001.parquet").write_bytes(b"torn")
    mint_to_disk(mint_job.plan(), mint_job.parts, folder)
    assert content(folder) == content(undisturbed)
    mint_to_disk(mint_job.plan(ratio=0.2), mint_job.parts, folder)
    assert len(open_minted(folder)) == 72
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "data", "manifest.json", "rejected.parquet"]


def test_unfillable_quotas_are_minted_as_far_as_possible_and_reported(tmp_path: Path) -> None:
    def blind() -> object:
        parts = mint_job.parts()
        parts.judge.centres[2] = 100.0
        return parts

    minted = mint_to_disk(mint_job.plan(ratio=0.5, max_rounds=2, max_candidates=4), blind, tmp_path / "minted")
    assert minted.manifest["short"] == {"c2": 5}
    assert minted.manifest["minted"] == {"c0": 15, "c1": 10}
    assert "c2: 5" in (tmp_path / "minted" / "README.md").read_text()


def test_nothing_wanted_leaves_the_originals(tmp_path: Path) -> None:
    minted = mint_to_disk(mint_job.plan(ratio=None, per_class=10), mint_job.parts, tmp_path / "minted")
    assert minted.manifest["rows"] == {"original": 60, "minted": 0, "total": 60}
    assert minted.dataset()["note"][:] == mint_job.parts().originals["note"][:]
    assert len(mint_rows(mint_job.parts(), arguments=mint_job.plan(ratio=0).arguments).dataset) == 0


def test_opening_an_unfinished_mint_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished mint"):
        open_minted(tmp_path)
