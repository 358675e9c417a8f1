"""What QEMU makes of a command line: option strings, the options themselves, and the tree that rules walk."""
