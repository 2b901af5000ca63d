"""The robot: plays the whole city over HTTP, through the pages and forms that people use, and tells what it found."""
