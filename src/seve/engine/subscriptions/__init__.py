"""Subscriptions at work: kept in the name of who made them, routed from the feed, sent, answered for."""
