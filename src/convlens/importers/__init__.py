"""Networks from elsewhere become Graphs: PyTorch modules, ONNX files, calls written as text. Each stands alone."""
