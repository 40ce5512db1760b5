"""What pages are put together from: their common script and style, curves, small pictures. It knows no network and no run."""
