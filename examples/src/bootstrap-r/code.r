# Percentile bootstrap confidence interval of the mean of a numeric vector.
bootstrap_mean_ci <- function(x, times = 2000, level = 0.95) {
  stopifnot(is.numeric(x), length(x) > 1, level > 0, level < 1)
  means <- replicate(times, mean(sample(x, replace = TRUE)))
  tail_share <- (1 - level) / 2
  quantile(means, c(tail_share, 1 - tail_share))
}

set.seed(1)
temperatures_c <- c(36.4, 36.8, 36.6, 37.1, 36.5, 36.9, 36.7, 36.3, 36.8, 37.0)
print(bootstrap_mean_ci(temperatures_c))
