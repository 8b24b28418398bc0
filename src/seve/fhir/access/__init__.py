"""What a resource says about access to itself and to others: whose data it is, what hides it, who it lets in.

Pure: the store keeps what is found here in columns and in the table `reach`, and applies it in SQL.
"""
