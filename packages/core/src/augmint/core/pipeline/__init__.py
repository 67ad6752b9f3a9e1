"""The recipe, the run's folder and the stages that `augmint run` goes through."""

from augmint.core.pipeline.recipe import Recipe, load_recipe, recipe_from_dict, same_recipe
from augmint.core.pipeline.renewal import STAGES
from augmint.core.pipeline.run import Run
from augmint.core.pipeline.run_dir import RunDirectory

__all__ = ["STAGES", "Recipe", "Run", "RunDirectory", "load_recipe", "recipe_from_dict", "same_recipe"]
