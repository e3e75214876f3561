# Reference values from R's survey package for the estimation and weighting tests.
#
#   Rscript tests/reference/make_reference.R
#
# writes reference.json and the data/ref_*.csv files beside this script. The tests read those files, so R is not needed to run
# them. Debian packages: r-base-core r-cran-survey r-cran-jsonlite r-cran-mass (MASS is what svyolr() and calibrate() call).
# Everything random is seeded: a second run with the same versions writes the same bytes.

suppressPackageStartupMessages({
  library(survey)
  library(jsonlite)
})
if (!requireNamespace("MASS", quietly = TRUE)) stop("install the R package MASS")

RNGkind("Mersenne-Twister", "Inversion", "Rejection")
options(warn = 1, survey.lonely.psu = "fail")

here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))

source(file.path(here, "topics", "helpers.R"))
source(file.path(here, "topics", "designs.R"))
for (topic in c(
  "chisq", "ttest", "ranks", "models", "calibration", "replicates", "covariances", "lonely", "design_effects", "panel"
)) {
  message("topic: ", topic)
  source(file.path(here, "topics", paste0(topic, ".R")))
}

answer <- list(
  about = list(
    made_by = "Rscript tests/reference/make_reference.R",
    r = paste(R.version$major, R.version$minor, sep = "."),
    survey = as.character(packageVersion("survey")),
    synthetic = "every file whose name holds barometer, lonely or panel is made up"
  ),
  topics = reference_topics()
)
write(toJSON(answer, auto_unbox = TRUE, digits = NA, null = "null", na = "null", pretty = 1), file.path(here, "reference.json"))
