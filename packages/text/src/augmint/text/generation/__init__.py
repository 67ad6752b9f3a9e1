"""Fine-tuning causal language models; the metric is the perplexity of real held-out texts."""
