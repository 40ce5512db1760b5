"""One loader a source. Files are hostile: headers are held against the file before anything is allocated, nothing is unpickled."""
