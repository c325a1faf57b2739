"""The embedder and the stance model: where their weights come from, how they are trained and verified."""

import os

# The wheel of onnxruntime counts its use and reports it to its maker, unless this is set before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
