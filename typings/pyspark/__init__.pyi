# What Sève uses of pyspark, for type checks where the extra `spark` is not installed.
