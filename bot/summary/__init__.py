"""From a paper to its Summary: the prompt, the judgement of the reply, and the extract without a model."""
