"""A compact network on the box around a region: trained without leaks, written as an ONNX file with its manifest."""
