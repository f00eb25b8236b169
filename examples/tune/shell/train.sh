#!/bin/sh
# Fits y = a * x by gradient descent with a learning rate and a number of iterations; prints the loss.
# Usage: train.sh LEARNING_RATE ITERATIONS
awk -v rate="$1" -v iterations="$2" 'BEGIN {
  a = 0
  for (i = 0; i < iterations; ++i) {
    gradient = 0
    for (x = 1; x <= 5; ++x) gradient += 2 * (a * x - 3 * x) * x / 5
    a -= rate * gradient
  }
  for (x = 1; x <= 5; ++x) loss += (a * x - 3 * x) ^ 2 / 5
  printf "a = %g\n", a
  printf "hone: {\"value\": %.17g}\n", loss + iterations / 1000   # iterations cost time
}'
