"""Search: which policy helps the user's model most, by Bayesian optimisation on scikit-optimize."""

from augmint.core.search.arguments import SearchArguments
from augmint.core.search.executors import TrialExecutor, make_executor
from augmint.core.search.history import Trial
from augmint.core.search.importance import dimension_importance
from augmint.core.search.journal import Journal
from augmint.core.search.policy_search import PolicySearch
from augmint.core.search.result import Finalist, SearchResult
from augmint.core.search.trial import TrialObjective, TrialRequest, TrialScores

__all__ = [
    "Finalist", "Journal", "PolicySearch",
    "SearchArguments", "SearchResult", "Trial", "TrialExecutor", "TrialObjective",
    "TrialRequest", "TrialScores", "dimension_importance", "make_executor",
]
