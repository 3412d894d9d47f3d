"""The scores of forecasts that were written to a file, by numpy and scoringrules.

Usage: forecast_scores.py FORECASTS.csv
The file has the columns model, truth, mean, q050, q100, q250, q500, q750, q900, q950.
Prints JSON: [{"model", "n", "mae", "rmse", "bias", "mae_median", "pinball", "cover50", "cover80", "cover90"}, …]
"""

import json
import sys

import numpy
import pandas
import scoringrules

QUANTILES = {"q050": 0.05, "q100": 0.1, "q250": 0.25, "q500": 0.5, "q750": 0.75, "q900": 0.9, "q950": 0.95}

rows = pandas.read_csv(sys.argv[1])
scores = []
for model, of_model in rows.groupby("model"):
    truth = of_model["truth"].to_numpy(float)
    error = of_model["mean"].to_numpy(float) - truth
    losses = [scoringrules.quantile_score(truth, of_model[name].to_numpy(float), level) for name, level in QUANTILES.items()]

    def cover(low, high):
        return float(of_model["truth"].between(of_model[low], of_model[high]).mean())

    scores.append(
        {
            "model": model,
            "n": len(of_model),
            "mae": float(numpy.abs(error).mean()),
            "rmse": float(numpy.sqrt(numpy.square(error).mean())),
            "bias": float(error.mean()),
            "mae_median": float(numpy.abs(of_model["q500"] - of_model["truth"]).mean()),
            "pinball": float(numpy.mean(losses)),
            "cover50": cover("q250", "q750"),
            "cover80": cover("q100", "q900"),
            "cover90": cover("q050", "q950"),
        }
    )
print(json.dumps(scores))
