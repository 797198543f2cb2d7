"""What every book stands on: errors, measures, codes, keys, changes, approvals, paper."""
