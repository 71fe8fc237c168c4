"""The proximal femur on CT from one click in the femoral head."""
