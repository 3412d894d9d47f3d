//! Simulated stations.
