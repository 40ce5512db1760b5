"""One loader a source. Files are hostile: headers are held against the file before memory is taken, nothing is unpickled."""
