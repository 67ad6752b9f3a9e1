"""Step 5: find the policy that helps the user's model most on the validation rows."""

from __future__ import annotations

from augmint.core.pipeline.run_dir import write_json
from augmint.core.pipeline.trials import ValidationObjective, fidelities_of
from augmint.core.pipeline.workshop import Workshop
from augmint.core.progress import quiet
from augmint.core.search import PolicySearch


def run(shop: Workshop) -> None:
    """Leaves `search/trials.jsonl`, `search/result.json` and `search/policy.json`."""
    objective = ValidationObjective(shop.directory.root, fidelities_of(shop.task))
    search = PolicySearch(shop.space, objective, shop.directory.journal, shop.recipe.search)
    result = search.run(progress=False if quiet() else None)
    write_json(shop.directory.search_result, result.to_dict(times=False))
    write_json(shop.directory.policy, result.best_policy.to_dict())
