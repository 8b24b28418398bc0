"""Topic-based subscriptions on R4 (Subscriptions R5 Backport 1.1): topics, the profile of Subscription, notifications, signatures."""
