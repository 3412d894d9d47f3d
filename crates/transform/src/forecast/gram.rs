//! Least squares with a penalty, by the normal equations.

/// What the penalty spares: the first column is the constant, which only needs a trace to stay solvable.
const TRACE: f64 = 1e-6;
/// Smallest pivot: a column that is a sum of others counts for nothing.
const PIVOT: f64 = 1e-9;

/// The sums that least squares needs: of products of columns, and of columns with the response.
#[derive(Debug, Clone)]
pub struct Gram {
    columns: usize,
    products: Vec<f64>,
    responses: Vec<f64>,
    /// Rows that were added.
    pub rows: f64,
    waiting: Vec<f32>,
    answers: Vec<f32>,
}

/// Rows that are summed in single precision, in which the processor is twice as quick, before they join the sums.
const BATCH: usize = 256;

impl Gram {
    /// Of rows with so many columns.
    pub fn new(columns: usize) -> Self {
        let (products, responses) = (vec![0.0; columns * columns], vec![0.0; columns]);
        Self { columns, products, responses, rows: 0.0, waiting: Vec::new(), answers: Vec::new() }
    }

    /// Adds a row and its response.
    pub fn add(&mut self, row: &[f32], response: f32) {
        self.waiting.extend_from_slice(row);
        self.answers.push(response);
        if self.answers.len() == BATCH {
            self.settle();
        }
    }

    /// Adds the rows that wait to the sums.
    pub fn settle(&mut self) {
        let columns = self.columns;
        let mut products = vec![0.0_f32; columns * columns];
        let mut responses = vec![0.0_f32; columns];
        for (row, answer) in self.waiting.chunks_exact(columns).zip(&self.answers) {
            for (at, value) in row.iter().enumerate().filter(|(_, value)| **value != 0.0) {
                responses[at] += value * answer;
                let sums = &mut products[at * columns + at..(at + 1) * columns];
                for (sum, other) in sums.iter_mut().zip(&row[at..]) {
                    *sum += value * other;
                }
            }
        }
        for (sum, add) in self.products.iter_mut().zip(&products) {
            *sum += f64::from(*add);
        }
        for (sum, add) in self.responses.iter_mut().zip(&responses) {
            *sum += f64::from(*add);
        }
        self.rows += self.answers.len() as f64;
        self.waiting.clear();
        self.answers.clear();
    }

    /// Adds the settled sums of `other`, `times` of them.
    pub fn add_all(&mut self, other: &Self, times: f64) {
        for (sum, add) in self.products.iter_mut().zip(&other.products) {
            *sum += times * add;
        }
        for (sum, add) in self.responses.iter_mut().zip(&other.responses) {
            *sum += times * add;
        }
        self.rows += times * other.rows;
    }

    /// The coefficients that leave the least squares, each but the first column's held towards zero by `penalty` for
    /// each row. Of settled sums; by Cholesky's decomposition.
    pub fn solve(&self, penalty: f64) -> Vec<f32> {
        let n = self.columns;
        let penalty = penalty * self.rows;
        let mut lower = vec![0.0_f64; n * n];
        for row in 0..n {
            for column in 0..=row {
                let mut sum = self.products[column * n + row];
                if row == column {
                    sum += if row == 0 { TRACE } else { penalty.max(TRACE) };
                }
                for at in 0..column {
                    sum -= lower[row * n + at] * lower[column * n + at];
                }
                lower[row * n + column] =
                    if row == column { sum.max(PIVOT).sqrt() } else { sum / lower[column * n + column] };
            }
        }
        let mut solution = self.responses.clone();
        for row in 0..n {
            for at in 0..row {
                solution[row] -= lower[row * n + at] * solution[at];
            }
            solution[row] /= lower[row * n + row];
        }
        for row in (0..n).rev() {
            for at in row + 1..n {
                solution[row] -= lower[at * n + row] * solution[at];
            }
            solution[row] /= lower[row * n + row];
        }
        solution.into_iter().map(|value| value as f32).collect()
    }
}
