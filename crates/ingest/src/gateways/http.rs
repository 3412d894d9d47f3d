//! `POST /api/v1/submissions` and the receipts.
