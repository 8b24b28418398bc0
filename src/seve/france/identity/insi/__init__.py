"""INSi, the teleservice that certifies identities: its answers read, the port through which it is asked, a simulated one."""
