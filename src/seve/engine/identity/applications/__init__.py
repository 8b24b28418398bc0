"""Client applications: OAuth 2.1 with SMART App Launch 2.2 and Backend Services. HTTP is `seve.rest.oauth`'s business."""
