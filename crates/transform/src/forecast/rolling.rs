//! Moving means over any number of hours, each in one step.

/// Sums from the first hour on.
#[derive(Debug, Clone)]
pub struct Rolling {
    sums: Vec<f64>,
    counts: Vec<u32>,
}

impl Rolling {
    /// Of these values; NaN is missing.
    pub fn new(values: &[f32]) -> Self {
        let (mut sums, mut counts) = (Vec::with_capacity(values.len() + 1), Vec::with_capacity(values.len() + 1));
        let (mut sum, mut count) = (0.0, 0);
        sums.push(sum);
        counts.push(count);
        for value in values {
            if !value.is_nan() {
                sum += f64::from(*value);
                count += 1;
            }
            sums.push(sum);
            counts.push(count);
        }
        Self { sums, counts }
    }

    /// The mean of the `length` hours that end with `hour`; NaN where fewer than `least` of them have a value.
    pub fn mean_of(&self, hour: usize, length: usize, least: usize) -> f32 {
        let end = (hour + 1).min(self.sums.len() - 1);
        let first = (hour + 1).saturating_sub(length).min(end);
        let count = self.counts[end] - self.counts[first];
        if count == 0 || (count as usize) < least {
            return f32::NAN;
        }
        ((self.sums[end] - self.sums[first]) / f64::from(count)) as f32
    }

    /// The mean of the `length` hours that end with `hour`, where half of them have a value.
    pub fn mean(&self, hour: usize, length: usize) -> f32 {
        self.mean_of(hour, length, length.div_ceil(2))
    }
}
