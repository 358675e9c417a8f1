"""What a rule's table cannot say: one module a topic, named as the rule file is; `check = "teaming.mac_mismatch"`."""
