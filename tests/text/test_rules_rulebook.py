"""All rules together: their order, their verdicts, and what a user is told."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from augmint.core.errors import UserError
from augmint.text.ops import TASKS
from augmint.text.rules import Rule, Rulebook, get_rule, register_rule, rule_names

sys.path.insert(0, str(Path(__file__).parent))
from rules_real_pairs import NEW, ODD, PAIRS, alone, rows_of

BAD = [
    (("...", NEW[0][1]), "empty"),
    ((NEW[0][0] + "\N{REPLACEMENT CHARACTER}", NEW[0][1]), "broken characters"),
    ((NEW[0][0], NEW[0][1] * 5), "length ratio"),
    ((NEW[3][0], NEW[3][1].replace("18", "19")), "numbers"),
    ((NEW[0][1], NEW[0][1]), "copy of the other side"),
    (("The gardener cut cut cut cut the hedge there.", NEW[0][1]), "repetition"),
    (PAIRS[5], "near copy of a real row"),
    ((PAIRS[5][1], NEW[0][1]), "language"),
]
MIXED = [*NEW, *(pair for pair, _ in BAD), *ODD, *PAIRS[:5], *NEW]


@pytest.fixture(scope="module")
def book():
    return Rulebook.fit(rows_of(PAIRS), "translation")


def test_every_rule_gives_its_reason_for_its_fault_and_good_rows_pass(book):
    assert book(rows_of(NEW)) == [None] * len(NEW)
    assert book(rows_of([pair for pair, _ in BAD])) == [reason for _, reason in BAD]
    assert {reason for _, reason in BAD} == {rule.reason for rule in book.rules}


def test_a_rows_verdict_is_the_same_alone_and_in_any_batch(book):
    together = book(rows_of(MIXED))
    assert [book(alone(pair))[0] for pair in MIXED] == together
    assert book(rows_of(MIXED[::-1]))[::-1] == together
    for rule in book.rules:  # also those that a cheaper rule hides
        whole = rule.rejects(rows_of(MIXED))
        assert whole.dtype == bool
        assert whole.tolist() == [bool(rule.rejects(alone(pair))[0]) for pair in MIXED], rule.name


def test_no_rows_give_no_verdicts_and_empty_rows_are_empty(book):
    assert book(rows_of([])) == []
    assert book(rows_of([("", "")] * 3)) == ["empty"] * 3


def test_a_pickled_rulebook_gives_the_same_verdicts(book):
    assert pickle.loads(pickle.dumps(book))(rows_of(MIXED)) == book(rows_of(MIXED))


def test_verdicts_do_not_depend_on_the_process(book):
    code = ("import sys; sys.path.insert(0, sys.argv[1]); from test_rules_rulebook import *; "
            "print(Rulebook.fit(rows_of(PAIRS), 'translation')(rows_of(MIXED)))")
    told = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], env={**os.environ, "PYTHONHASHSEED": "7"},
                          capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(book(rows_of(MIXED)))


def test_rules_run_from_the_cheapest_on_whatever_the_order_of_their_names(book):
    assert [rule.name for rule in book.rules] == list(rule_names("translation"))
    assert [rule.cost for rule in book.rules] == sorted(rule.cost for rule in book.rules)
    few = Rulebook.fit(rows_of(PAIRS), "translation", ["copy", "empty"])
    assert [rule.name for rule in few.rules] == ["empty", "copy"]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_rules_of_its_own_roles(task):
    texts = [source for source, _ in PAIRS]
    real = rows_of(PAIRS) if task == "translation" else {"text": texts}
    book = Rulebook.fit(real, task)
    assert {"empty", "repetition", "near_duplicate"} <= {rule.name for rule in book.rules}
    assert book(real) == ["near copy of a real row"] * len(PAIRS)


@pytest.mark.parametrize(("real", "task", "names", "message"), [
    (rows_of(PAIRS), "translation", ["lenght_ratio"], "no rule 'lenght_ratio'.*Did you mean 'length_ratio'"),
    ({"text": ["a"]}, "text-classification", ["copy"], "'copy' is not made for text-classification"),
    ({"text": ["a"]}, "text-classifcation", None, "Did you mean 'text-classification'"),
    ({"text": ["a"]}, "translation", None, "no 'source'"),
    (rows_of([]), "translation", None, "no real rows"),
    ({"source": ["a", "b"], "target": ["a"]}, "translation", None, "2 of 'source', 1 of 'target'"),
    ({"source": ["a", "b"], "target": ["a", None]}, "translation", None, "row 1: The target is None"),
])
def test_wrong_names_and_rows_say_what_is_wrong(real, task, names, message):
    with pytest.raises(UserError, match=message):
        Rulebook.fit(real, task, names)


class Fine(Rule):
    name, reason, tasks, cost = "fine_rule", "fine", frozenset({"translation"}), 1.0

    @classmethod
    def fit(cls, real):
        return cls()

    def rejects(self, rows):
        return np.zeros(len(rows["source"]), dtype=bool)


@pytest.mark.parametrize(("changes", "message"), [
    ({"name": "Fine Rule"}, "'Fine Rule'"), ({"name": "copy"}, "registered already"), ({"reason": ""}, "no reason"),
    ({"cost": None}, "no cost"), ({"tasks": frozenset({"chess"})}, "chess")])
def test_rules_that_cannot_be_used_are_not_registered(changes, message):
    with pytest.raises(UserError, match=message):
        register_rule(type("Changed", (Fine,), changes))
    with pytest.raises(UserError, match="is not a rule"):
        register_rule(dict)
    with pytest.raises(UserError, match="no rule 'fine_rule'"):
        get_rule("fine_rule")
