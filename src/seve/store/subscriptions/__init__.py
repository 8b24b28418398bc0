"""Who wants to hear of what changes: subscriptions, and the events that wait for them."""
