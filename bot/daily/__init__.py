"""Roll up staging into the daily tables: watch hours, average and peak viewers, airtime."""
