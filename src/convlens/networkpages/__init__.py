"""The report of a whole network as one HTML file that needs nothing else: no server, no network, no library."""
