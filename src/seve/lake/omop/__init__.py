"""The OMOP common data model 5.4: its tables made from views, concepts by vocabulary files that the user brings."""
