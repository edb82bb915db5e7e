"""provisional"""
import numpy as np, numbers as _n
def number(name, value, low=None, high=None, integer=False, open_low=False):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, _n.Real):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__})")
    if not np.isfinite(value): raise ValueError(f"{name} must be finite, got {value}")
    if integer and value != int(value): raise ValueError(f"{name} must be a whole number, got {value}")
    if low is not None and (value < low or (open_low and value == low)):
        raise ValueError(f"{name} must be {'positive' if open_low and low==0 else 'at least '+str(low)}, got {value}")
    if high is not None and value > high: raise ValueError(f"{name} must be at most {high}, got {value}")
    return value
def finite(name, array):
    array=np.asarray(array); bad=int((~np.isfinite(array)).sum())
    if bad: raise ValueError(f"{name} must be finite, got {bad} of {array.size} values NaN or infinite")
    return array
def images(name, x, ndim=4):
    x=np.asarray(x)
    if x.dtype==np.uint8: raise TypeError(f"{name} must hold floats, got uint8; divide by 255")
    if x.dtype.kind!='f': raise TypeError(f"{name} must hold floats, got {x.dtype}")
    if x.ndim!=ndim: raise ValueError(f"{name} ndim {ndim}, got {x.shape}")
    return finite(name,x)
def labels(name,y,classes=None,length=None):
    y=np.asarray(y)
    if y.ndim!=1: raise ValueError(f"{name} must have shape (N,), got {y.shape}; one-hot? argmax")
    if not len(y): raise ValueError(f"{name} empty")
    if y.dtype.kind not in 'iu':
        if y.dtype.kind!='f' or (y!=np.floor(y)).any(): raise TypeError(f"{name} must be whole numbers, got {y.dtype}")
    if length is not None and len(y)!=length: raise ValueError(f"{name} length")
    if y.min()<0 or (classes and y.max()>=classes): raise ValueError(f"{name} must be in 0..{classes-1}, got {y.min()}..{y.max()}")
    return y.astype(np.int64)
def same_length(**a):
    l={k:len(v) for k,v in a.items()}
    if len(set(l.values()))>1: raise ValueError(f"must have the same length, got {l}")
def probabilities(name,p,classes=None):
    p=np.asarray(p); finite(name,p)
    bad=int(((p<0).any(1)|(abs(p.sum(1)-1)>1e-3)).sum())
    if bad: raise ValueError(f"{name} must hold probabilities, but {bad} of {len(p)} rows are negative or do not sum to 1")
    return p
