"""The search for better settings, by Optuna: spaces, storage, workers."""
