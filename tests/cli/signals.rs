//! A run that is interrupted ends in good order.
