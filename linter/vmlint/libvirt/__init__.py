"""What libvirt makes of its XML: interfaces and their teaming pairs, MAC addresses."""
