"""Train on synthetic, test on real: nothing but generated rows trains, nothing but real validation rows is scored."""

import numpy as np
import pytest
from datasets import Dataset, Features, Value
from sklearn.linear_model import LogisticRegression

from augmint.core.data.provenance import add_provenance
from augmint.core.errors import UserError
from augmint.core.evaluation import synthetic_job, synthetic_score
from augmint.core.interfaces import Evaluation, FinetuneJob, FinetuneResult, keyed_generator

FEATURES = Features({"x": Value("float32"), "label": Value("int64")})


def make(n, *key, noise=1.0):
    rng = keyed_generator(0, *key)
    label = rng.integers(2, size=n)
    return Dataset.from_dict({"x": (label + noise * rng.normal(size=n)).astype("float32"), "label": label}, features=FEATURES)


VALIDATION = make(400, "validation", noise=0.3)


def job(**changes):
    values = {"rows": make(60, "real", noise=0.3), "steps": 10, "seed": 0, "evaluate": {"validation": VALIDATION}}
    return FinetuneJob(**{**values, **changes})


def finetune(job):
    """A real learner, keyed by the job's seed through a bootstrap of its rows."""
    rows = job.rows.to_pandas().sample(frac=1.0, replace=True, random_state=job.seed)
    model = LogisticRegression().fit(rows[["x"]].to_numpy(), rows["label"])
    scored = {}
    for split, dataset in job.evaluate.items():
        correct = 100.0 * (model.predict(np.array(dataset["x"])[:, None]) == np.array(dataset["label"]))
        scored[split] = Evaluation(float(correct.mean()), None, correct.tolist())
    return FinetuneResult.of(scored, 0.1)


def test_good_rows_score_like_real_ones_and_shuffled_labels_do_not():
    minted = add_provenance(make(200, "good", noise=0.3), origin="generator", seed=[1] * 200)
    good = synthetic_score(finetune, job(), minted, seeds=range(4))
    assert abs(good.difference.mean) < 5
    assert good.difference.mean == pytest.approx(good.synthetic.mean - good.real.mean)
    wrong = make(200, "good", noise=0.3).map(lambda row: {"label": 1 - row["label"]})
    assert synthetic_score(finetune, job(), wrong, seeds=range(4)).difference.high < -50


def test_only_generated_rows_train_and_the_validation_rows_are_the_jobs():
    seen = []

    def spy(job):
        seen.append(job)
        return finetune(job)

    minted = add_provenance(make(50, "good"), origin="generator", seed=[1] * 50)
    synthetic_score(spy, job(extra=make(5, "extra"), share=0.5), minted, seeds=[3, 4])
    assert [len(one.rows) for one in seen] == [60, 60, 50, 50]
    assert [one.seed for one in seen] == [3, 4, 3, 4]
    assert all(one.extra is None and one.share == 0 for one in seen)
    assert all(one.evaluate["validation"] is VALIDATION for one in seen)
    assert all(one.rows.features == FEATURES for one in seen)


def test_original_rows_among_the_minted_ones_are_refused():
    with pytest.raises(UserError, match="another origin"):
        synthetic_job(job(), add_provenance(make(5, "real"), origin="original"))


@pytest.mark.parametrize("evaluate", [
    {"test": VALIDATION}, {"validation": VALIDATION, "test": VALIDATION}, {},
    {"validation": add_provenance(make(5, "good"), origin="generator", seed=[1] * 5)},
])
def test_scores_are_taken_on_real_validation_rows_alone(evaluate):
    with pytest.raises(UserError, match="real validation rows alone"):
        synthetic_job(job(evaluate=evaluate), make(5, "good"))


def test_no_minted_rows_is_an_error():
    with pytest.raises(UserError, match="no minted rows"):
        synthetic_job(job(), make(5, "good").select([]))
