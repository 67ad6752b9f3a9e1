"""What each training argument may be. Every refusal names the key, the value and what to give instead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from augmint.core.errors import UserError, nearest

if TYPE_CHECKING:
    from augmint.core.adversarial.arguments import AdversarialArguments

SCHEDULES = ("constant", "constant_with_warmup", "linear", "cosine", "cosine_with_min_lr")

INTEGERS = {  # key -> least value
    "max_steps": 1, "per_device_train_batch_size": 1, "gradient_accumulation_steps": 1, "discriminator_steps": 1,
    "warmup_steps": 0, "logging_steps": 1, "save_steps": 1, "save_total_limit": 1, "eval_steps": 0, "sample_steps": 0,
    "seed": 0, "dataloader_num_workers": 0, "max_rollbacks": 0, "collapse_grace_steps": 0, "collapse_patience": 1,
    "ddp_bucket_cap_mb": 1, "threads": 1,
}
NUMBERS = {  # key -> (low, high, low itself allowed, high itself allowed)
    "learning_rate": (0, 10, False, True), "discriminator_learning_rate": (0, 10, False, True),
    "adam_beta1": (0, 1, True, False), "adam_beta2": (0, 1, True, False), "adam_epsilon": (0, 1, False, True),
    "weight_decay": (0, math.inf, True, False), "max_grad_norm": (0, math.inf, True, False),
    "ema_half_life": (0, math.inf, True, False), "ema_rampup": (0, math.inf, False, False),
    "max_seconds": (0, math.inf, False, False), "rollback_lr_factor": (0, 1, False, True),
    "collapse_spread": (0, 1, True, False), "max_loss": (0, math.inf, False, True),
}
OPTIONAL = {"discriminator_learning_rate", "ema_rampup", "max_seconds", "threads", "shared_parameters"}
FLAGS = ("bf16", "use_cpu", "disable_tqdm", "overwrite_output_dir", "ddp_find_unused_parameters", "load_best_model_at_end",
         "greater_is_better")


def refuse(key: str, value: Any, fix: str) -> UserError:
    return UserError(f"{key} is {value!r}.", where=f"adversarial.{key}", fix=fix)


def check_arguments(args: AdversarialArguments) -> None:
    """Raise UserError on the first value that cannot work; whole floats become integers, integers become floats."""
    for key, least in INTEGERS.items():
        _check_integer(args, key, least)
    for key, bounds in NUMBERS.items():
        _check_number(args, key, *bounds)
    for key in FLAGS:
        if not isinstance(getattr(args, key), bool):
            raise refuse(key, getattr(args, key), "Give true or false.")
    for key in ("output_dir", "run_name"):
        setattr(args, key, str(getattr(args, key)))
        if not getattr(args, key).strip():
            raise refuse(key, getattr(args, key), "Give a name.")
    _check_words(args)


def _check_integer(args: AdversarialArguments, key: str, least: int) -> None:
    value = getattr(args, key)
    if value is None and key in OPTIONAL:
        return
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise refuse(key, value, f"Give a whole number of at least {least}.")
    setattr(args, key, value)


def _check_number(args: AdversarialArguments, key: str, low: float, high: float, with_low: bool, with_high: bool) -> None:
    value = getattr(args, key)
    if value is None and key in OPTIONAL:
        return
    above = "at least" if with_low else "above"
    below = "" if math.isinf(high) else f" and {'at most' if with_high else 'below'} {high:g}"
    fix = f"Give a number {above} {low:g}{below}."
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise refuse(key, value, fix)
    if value < low or value > high or (value == low and not with_low) or (value == high and not with_high):
        raise refuse(key, value, fix)
    setattr(args, key, float(value))


def _check_words(args: AdversarialArguments) -> None:
    if args.lr_scheduler_type not in SCHEDULES:
        raise refuse("lr_scheduler_type", args.lr_scheduler_type, nearest(str(args.lr_scheduler_type), SCHEDULES))
    if args.shared_parameters not in (None, "generator", "discriminator"):
        raise refuse("shared_parameters", args.shared_parameters, 'Give "generator", "discriminator" or null.')
    if args.warmup_steps and args.lr_scheduler_type == "constant":
        raise refuse("warmup_steps", args.warmup_steps, "A constant rate has none: use constant_with_warmup.")
    if not isinstance(args.metric_for_best_model, (str, type(None))):
        raise refuse("metric_for_best_model", args.metric_for_best_model, "Give the name of one of the evaluator's figures.")
    if args.load_best_model_at_end and not args.metric_for_best_model:
        raise refuse("metric_for_best_model", args.metric_for_best_model, "Name the figure that load_best_model_at_end goes by.")
    if not isinstance(args.lr_scheduler_kwargs, dict):
        raise refuse("lr_scheduler_kwargs", args.lr_scheduler_kwargs, 'Give a mapping such as {"min_lr_rate": 0.25}.')
    for name, value in args.lr_scheduler_kwargs.items():
        if name != "min_lr_rate" or args.lr_scheduler_type != "cosine_with_min_lr":
            raise refuse("lr_scheduler_kwargs", args.lr_scheduler_kwargs, "Only cosine_with_min_lr takes one: min_lr_rate.")
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise refuse("lr_scheduler_kwargs", args.lr_scheduler_kwargs, "min_lr_rate lies in [0, 1].")
    names = [args.report_to] if isinstance(args.report_to, str) else args.report_to
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name for name in names):
        raise refuse("report_to", args.report_to, "Give a tracker's name or a list of names.")
