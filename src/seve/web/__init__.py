"""The pages: server-rendered, working without script, under one strict content security policy."""
