"""LightGBM on the rows that a regression was fitted on: how long it takes, and how far off it is on the rows after.

Usage: lightgbm_ridge.py TRAIN TEST COLUMNS
Both files are rows of COLUMNS little-endian 32-bit numbers: what is known, then what the damped anomaly says, then the truth.
Prints JSON, one object for each tuning: [{"rounds", "leaves", "fit_s", "predict_s", "rmse"}, …]; seconds of one core's time.
"""

import json
import sys
import time

import lightgbm
import numpy

TUNINGS = [(32, 31), (60, 31), (115, 15)]


def rows(path, columns):
    table = numpy.fromfile(path, "<f4").reshape(-1, columns)
    return table[:, :-1], table[:, -2], table[:, -1]


columns = int(sys.argv[3])
known, damped, truth = rows(sys.argv[1], columns)
later, damped_later, came = rows(sys.argv[2], columns)
found = []
for rounds, leaves in TUNINGS:
    settings = {
        "objective": "l2", "learning_rate": 0.05, "num_leaves": leaves, "min_data_in_leaf": 500, "lambda_l2": 100,
        "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "num_threads": 1, "verbose": -1, "seed": 1,
    }
    begun = time.process_time()
    model = lightgbm.train(settings, lightgbm.Dataset(known, truth - damped), rounds)
    fitted = time.process_time()
    said = numpy.maximum(damped_later + model.predict(later, num_threads=1), 0)
    ended = time.process_time()
    rmse = float(numpy.sqrt(numpy.mean(numpy.square(said - came))))
    found.append({"rounds": rounds, "leaves": leaves, "fit_s": fitted - begun, "predict_s": ended - fitted, "rmse": rmse})
print(json.dumps(found))
