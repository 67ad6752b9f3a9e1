"""The steps of a run, one file each. A stage reads what earlier ones left in the run's folder and leaves its own part there."""
