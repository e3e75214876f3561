# What every topic uses: a store of entries, writers at full precision, and the plain description of each design.

.store <- new.env()
.store$topics <- list()
.store$specs <- list()

reference_topics <- function() .store$topics

# A design in words that mean the same in any language: the data file and the names of its columns.
describe <- function(name, data, weight, strata = NULL, clusters = NULL, population = NULL) {
  .store$specs[[name]] <- list(
    data = data, weight = weight, strata = strata, clusters = as.list(clusters), population = as.list(population)
  )
}

record <- function(topic, id, design, call, values, note = NULL) {
  spec <- .store$specs[[design]]
  if (is.null(spec)) stop("no design called ", design)
  entry <- list(id = id, data = spec$data, design = c(list(name = design), spec[-1]), call = call, values = values)
  if (!is.null(note)) entry$note <- note
  if (id %in% vapply(.store$topics[[topic]], function(e) e$id, "")) stop("entry made twice: ", topic, "/", id)
  .store$topics[[topic]] <- c(.store$topics[[topic]], list(entry))
}

# The text that is stored is the text that ran.
run <- function(call) eval(parse(text = call), globalenv())

named <- function(x) {
  keys <- names(x)
  x <- as.list(as.vector(x))
  names(x) <- keys
  x
}

rows <- function(m) lapply(seq_len(nrow(m)), function(i) I(unname(m[i, ])))

square <- function(v) list(names = I(colnames(v)), rows = rows(unname(as.matrix(v))))

estimates <- function(object) {
  list(estimate = named(coef(object)), se = setNames(as.list(as.vector(SE(object))), names(coef(object))))
}

# 17 significant digits bring a double back exactly.
exact <- function(x) {
  if (is.factor(x)) return(as.character(x))
  if (is.double(x)) return(ifelse(is.na(x), NA, sprintf("%.17g", x)))
  as.character(x)
}

write_data <- function(frame, file) {
  frame <- as.data.frame(lapply(frame, exact), check.names = FALSE, stringsAsFactors = FALSE)
  text <- c(paste(names(frame), collapse = ","), do.call(paste, c(lapply(frame, function(x) ifelse(is.na(x), "", x)), sep = ",")))
  if (any(grepl("\"", text))) stop("a quote in ", file)
  writeLines(text, file.path(here, "data", file))
}

# Variance of totals of influence values over the whole design: rows outside the domain carry 0 and still count.
total_variance <- function(influence, design) {
  influence <- as.matrix(influence)
  influence[is.na(influence)] <- 0
  unname(attr(svytotal(influence, design), "var"))
}

agree <- function(a, b, tolerance = 1e-10) {
  worst <- max(abs(as.vector(a) - as.vector(b)) / pmax(abs(as.vector(b)), 1e-12))
  if (!is.finite(worst) || worst > tolerance) stop("by hand and by package differ by ", format(worst))
  invisible(worst)
}

two_sided <- function(t, df) 2 * pt(-abs(t), df)
