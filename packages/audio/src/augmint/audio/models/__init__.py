"""The user's models: configs from the recipe, and the features that they take."""
