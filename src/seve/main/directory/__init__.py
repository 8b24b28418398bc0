"""The import of directory files: recognised by their first lines, read into resources, loaded as any other resources are."""
