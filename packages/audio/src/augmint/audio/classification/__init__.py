"""`task: audio-classification`: any `AutoModelForAudioClassification`."""
