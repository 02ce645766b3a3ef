"""What runs on ECS: services, tasks and what they print, and the revisions that name an image."""
