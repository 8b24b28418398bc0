"""Is this the same person? Candidates by blocks, compared trait by trait, scored with weights (Fellegi and Sunter), graded."""
