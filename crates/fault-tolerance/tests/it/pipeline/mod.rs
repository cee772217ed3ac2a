mod behaviour;
mod hedge;
