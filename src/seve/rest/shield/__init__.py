"""What stands before the API, the authorization server and the pages alike: whom a request comes from, how often, and the headers of its answer."""
